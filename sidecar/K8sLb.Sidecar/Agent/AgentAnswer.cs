using System.Globalization;

namespace K8sLb.Sidecar.Agent;

/// <summary>What this member says to a load balancer in front of the pool, in the same protocol.</summary>
public static class AgentAnswer
{
    /// <param name="effectiveWeight">As routed by: warm-up and ramp-down applied; 100 is an ordinary member's.</param>
    /// <param name="draining">Why it drains; null where it does not.</param>
    /// <param name="ailing">What is wrong with the application; null where nothing is.</param>
    public static string Of(double effectiveWeight, string? draining, string? ailing) =>
        ailing is not null ? Line($"down #{ailing}")
        : draining is not null ? Line($"drain #{draining}")
        : Line(string.Create(CultureInfo.InvariantCulture, $"up ready {Math.Round(effectiveWeight)}%"));

    /// <summary>A finding can come from anywhere; the answer is one line.</summary>
    private static string Line(string text) => text.ReplaceLineEndings(" ") + "\n";
}

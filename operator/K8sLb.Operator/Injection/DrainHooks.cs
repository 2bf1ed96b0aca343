using System.Text.Json.Nodes;
using K8sLb.Core;

namespace K8sLb.Operator.Injection;

/// <summary>Makes the kubelet wait: for the drain before SIGTERM, and for both before SIGKILL.</summary>
internal static class DrainHooks
{
    /// <summary>For the application to end after its connections have.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    /// <summary>What Kubernetes takes where nothing is said.</summary>
    private const long DefaultGrace = 30;

    public static void AddPreStop(JsonObject container, List<InjectionWarning> warnings)
    {
        if (container.Object("lifecycle").Object("preStop") is not { } present)
        {
            container.ObjectOrNew("lifecycle")["preStop"] = new JsonObject
            {
                ["httpGet"] = new JsonObject { ["path"] = SidecarPaths.Drain, ["port"] = SidecarPaths.AdminPort },
            };
        }
        else if (present.Object("httpGet") is not { } get || !IsDrain(get))
        {
            warnings.Add(InjectionWarning.OwnPreStop(container.Text("name") ?? "", SidecarPaths.AdminPort));
        }
    }

    public static void CoverDrain(JsonObject spec, DrainSpec drain)
    {
        var needed = (long)Math.Ceiling((drain.Deadline + drain.RampDown + Margin).TotalSeconds);
        if ((spec.Number("terminationGracePeriodSeconds") ?? DefaultGrace) < needed)
        {
            spec["terminationGracePeriodSeconds"] = needed;
        }
    }

    private static bool IsDrain(JsonObject httpGet) =>
        httpGet.Text("path") == SidecarPaths.Drain && httpGet.Number("port") == SidecarPaths.AdminPort;
}

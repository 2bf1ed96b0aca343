using System.Net;
using K8sLb.Protocol;

namespace K8sLb.Operator.Hub;

/// <summary>Decides whose streams are served.</summary>
public interface IMemberAdmission
{
    /// <summary>Asked before anybody is asked who the sidecar is: what is refused here costs the API server nothing.</summary>
    /// <returns>Null where it may go on to prove that.</returns>
    TurnedAway? TurnAway(IPAddress? source) => null;

    Admission Admit(Hello hello);
}

/// <param name="Reason">One of <see cref="Identity.RefusalReasons"/>.</param>
public sealed record TurnedAway(string Reason, Refusal Refusal);

/// <summary>Exactly one of the two is set.</summary>
public sealed record Admission
{
    private Admission() { }

    public PoolChannel? Channel { get; private init; }
    public Refusal? Refusal { get; private init; }

    public static Admission To(PoolChannel channel) => new() { Channel = channel };

    public static Admission Refuse(string reason, TimeSpan retryAfter) =>
        new()
        {
            Refusal = new Refusal { Reason = reason, RetryAfterMs = (int)retryAfter.TotalMilliseconds },
        };
}

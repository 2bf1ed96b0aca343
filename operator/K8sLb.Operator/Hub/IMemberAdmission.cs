using K8sLb.Protocol;

namespace K8sLb.Operator.Hub;

/// <summary>Decides whose streams are served.</summary>
public interface IMemberAdmission
{
    Admission Admit(Hello hello);
}

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

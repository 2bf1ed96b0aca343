namespace K8sLb.Core.Tests.Schedules;

/// <summary>A sidecar as far as the planner hears of it: one drain at a time, whoever began it.</summary>
internal sealed class SimulatedSidecar(string uid, PoolSpec spec)
{
    private DrainFacts? drain;
    private int connections;
    private int ownDrains;

    public MemberFacts Report(DateTimeOffset now) =>
        new()
        {
            Uid = uid,
            Attached = true,
            LastSeen = now,
            Connections = connections,
            Drain = drain is null ? null : drain with { Remaining = connections },
        };

    public void Connect(int count) => connections = drain is { Finished: true } ? connections : count;

    public void Obey(MemberRecord directive)
    {
        if (drain is { Reason: DrainReason.PreStop or DrainReason.Sigterm })
        {
            return;
        }
        if (directive.Drain is not { } ordered)
        {
            drain = null;
            return;
        }
        drain =
            drain?.Id == ordered.Id
                ? drain with
                {
                    Reason = ordered.Reason,
                    Deadline = ordered.Deadline,
                }
                : new DrainFacts
                {
                    Id = ordered.Id,
                    Reason = ordered.Reason,
                    StartedAt = ordered.StartedAt,
                    Deadline = ordered.Deadline,
                    Finished = false,
                    Initial = connections,
                };
    }

    public void DrainOnItsOwn(DrainReason reason, DateTimeOffset now) =>
        drain = drain is not null
            ? drain with
            {
                Reason = reason,
            }
            : new DrainFacts
            {
                Id = $"own-{uid}-{++ownDrains}",
                Reason = reason,
                StartedAt = now,
                Deadline = now + spec.Drain.Deadline,
                Finished = false,
                Initial = connections,
            };

    public void Release(int count, DateTimeOffset now)
    {
        if (drain is null or { Finished: true } || now < drain.StartedAt + spec.Drain.RampDown)
        {
            return;
        }
        var forced = now >= drain.Deadline ? connections : 0;
        connections = forced > 0 ? 0 : Math.Max(0, connections - count);
        drain = drain with { Finished = connections == 0, Forced = forced };
    }

    public void Restart() => (drain, connections) = (null, 0);
}

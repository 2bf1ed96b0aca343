using K8sLb.Operator.Diagnostics;
using K8sLb.Protocol;

namespace K8sLb.Operator.Hub;

/// <summary>
/// One stream's place in its pool: what it said, what it is to hold, and whether it is to end. Written by the stream's
/// reader, read by everybody.
/// </summary>
public sealed class MemberSession
{
    private readonly PoolChannel channel;
    private readonly AsyncSignal signal = new();
    private volatile MemberState state;
    private volatile Refusal? closing;

    internal MemberSession(PoolChannel channel, Hello hello, DateTimeOffset now)
    {
        this.channel = channel;
        state = new MemberState
        {
            Hello = hello,
            Attached = true,
            LastSeen = now,
            AcknowledgedVersion = hello.Held is { } held && held.Epoch == channel.Epoch ? held.Version : null,
        };
    }

    public MemberState State => state;

    public long Epoch => channel.Epoch;

    /// <summary>Why the stream is to end; null while it is not.</summary>
    public Refusal? Closing => closing;

    public PoolPublication? Publication => channel.Current;

    public byte[]? Loads => channel.Loads;

    public Task WaitForWorkAsync(CancellationToken cancellationToken) => signal.WaitAsync(cancellationToken);

    /// <inheritdoc cref="AsyncSignal.WaitAsync(TimeSpan, TimeProvider, CancellationToken)"/>
    public Task<bool> WaitForWorkAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        signal.WaitAsync(timeout, time, cancellationToken);

    public void Wake() => signal.Set();

    public void Close(Refusal refusal)
    {
        closing ??= refusal;
        signal.Set();
    }

    public void OnReport(MemberReport report, DateTimeOffset now)
    {
        var before = state.Drain;
        var (wasHealthy, agent) = (state.Report?.Health?.Healthy, state.Report?.Agent);
        state = state with { Report = report, LastSeen = now };
        if (
            before?.Id != report.Drain?.Id
            || before?.Progress != report.Drain?.Progress
            || wasHealthy != report.Health?.Healthy
            || agent != report.Agent
        )
        {
            channel.OnChanged(MemberChange.Presence);
        }
        else if (report.Drain is not null)
        {
            channel.OnChanged(MemberChange.Progress);
        }
    }

    public void OnAcknowledged(long version, DateTimeOffset now)
    {
        state = state with
        {
            AcknowledgedVersion = Math.Max(version, state.AcknowledgedVersion ?? 0),
            Refused = null,
            LastSeen = now,
        };
        OnAnswer();
    }

    public void OnRefused(long version, string error, DateTimeOffset now)
    {
        state = state with { Refused = new RefusedSnapshot(version, error), LastSeen = now };
        OnAnswer();
    }

    /// <summary>The stream has ended, for whatever reason.</summary>
    public void Detach()
    {
        state = state with { Attached = false };
        OperatorMetrics.StreamsOpen.Add(-1);
        channel.OnChanged(MemberChange.Presence);
    }

    private void OnAnswer()
    {
        signal.Set();
        channel.OnChanged(MemberChange.Progress);
    }
}

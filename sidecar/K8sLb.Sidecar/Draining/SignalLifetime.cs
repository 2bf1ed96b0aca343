using System.Runtime.InteropServices;
using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Draining;

/// <summary>
/// Owns SIGTERM and SIGINT: the first drains the member and ends the process some time after its release, the second ends it
/// at once. The framework's own lifetime would close the listeners at once, while stale endpoints still send clients here
/// and the application still runs: the kubelet signals an ordinary container while another one's preStop hook runs.
/// </summary>
internal sealed class SignalLifetime(
    MemberDrain drain,
    ConnectionRegistry registry,
    SnapshotInForce snapshots,
    IHostApplicationLifetime application,
    TimeProvider clock,
    ILogger<SignalLifetime> log
) : IHostLifetime, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>How many quiet periods late work may hold the process up after the drain is over.</summary>
    private const int LongestLinger = 5;
    private readonly List<PosixSignalRegistration> registrations = [];
    private int signals;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => registrations.ForEach(r => r.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        SidecarLog.SignalReceived(log, context.Signal.ToString());
        if (Interlocked.Increment(ref signals) == 1 && snapshots.Current is not null)
        {
            _ = DrainAndEndAsync();
        }
        else
        {
            application.StopApplication();
        }
    }

    private async Task DrainAndEndAsync()
    {
        try
        {
            drain.Begin(DrainReason.Sigterm);
            await drain.WhenOver(application.ApplicationStopping);
            await LingerAsync();
        }
        finally
        {
            application.StopApplication();
        }
    }

    /// <summary>Work that comes even now is still passed on, until a further quiet period has gone by without any.</summary>
    private async Task LingerAsync()
    {
        var quietPeriod = snapshots.QuietPeriod;
        var since = clock.GetTimestamp();
        while (clock.GetElapsedTime(since) < quietPeriod * LongestLinger)
        {
            var account = registry.Account();
            if (
                account.Live.Total == 0
                && clock.GetElapsedTime(since) >= quietPeriod
                && clock.GetElapsedTime(account.LastArrival) >= quietPeriod
            )
            {
                return;
            }
            await Task.Delay(Pace, clock, application.ApplicationStopping);
        }
    }
}

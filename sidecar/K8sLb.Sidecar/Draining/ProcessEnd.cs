using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Draining;

/// <summary>Drains the member and ends the process some time after its release, once.</summary>
public sealed class ProcessEnd(
    MemberDrain drain,
    ConnectionRegistry registry,
    SnapshotInForce snapshots,
    IHostApplicationLifetime application,
    TimeProvider clock
)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>How many quiet periods late work may hold the process up after the drain is over.</summary>
    private const int LongestLinger = 5;
    private int begun;

    /// <returns>False where it was begun before.</returns>
    public bool Begin()
    {
        if (Interlocked.Exchange(ref begun, 1) != 0)
        {
            return false;
        }
        _ = DrainAndEndAsync();
        return true;
    }

    private async Task DrainAndEndAsync()
    {
        try
        {
            if (snapshots.Current is not null)
            {
                drain.Begin(DrainReason.Sigterm);
                await drain.WhenOver(application.ApplicationStopping);
                await LingerAsync();
            }
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

using System.Diagnostics;

namespace K8sLb.Load;

/// <summary>
/// The only place where a run is counted. A few hundred entries a second: one lock is enough.
/// </summary>
internal sealed class LoadRecorder
{
    /// <summary>So many failures are kept with their circumstances; all are counted.</summary>
    public const int FailureSamples = 200;

    private readonly Lock gate = new();
    private readonly DateTimeOffset startedAt = DateTimeOffset.UtcNow;
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly long maxRequests;
    private readonly Action full;
    private readonly Dictionary<LoadClass, ClassAccount> classes = [];
    private readonly Dictionary<FailureKind, long> failures = [];
    private readonly Dictionary<ConnectionEnd, long> ends = Enum.GetValues<ConnectionEnd>()
        .ToDictionary(e => e, _ => 0L);
    private readonly HashSet<TrackedConnection> open = [];
    private readonly List<FailureSample> samples = [];
    private readonly MoveAccount moves = new();
    private FailureSample? lastFailure;
    private bool stopping;
    private long requests;
    private long failed;
    private long opened;
    private long protocolRetries;

    /// <param name="full">Called once, when <paramref name="maxRequests"/> have begun.</param>
    public LoadRecorder(long maxRequests, Action full)
    {
        this.maxRequests = maxRequests;
        this.full = full;
    }

    private double Seconds => Stopwatch.GetElapsedTime(start).TotalSeconds;

    /// <summary>What ends from now on is counted, but the silence around it is no stall.</summary>
    public void Stopping()
    {
        lock (gate)
        {
            stopping = true;
        }
    }

    public RequestTimer Begin(LoadClass loadClass)
    {
        bool last;
        lock (gate)
        {
            last = ++requests == maxRequests;
            Account(loadClass).Begun();
        }
        if (last)
        {
            full();
        }
        return new RequestTimer(this, loadClass);
    }

    public void Succeeded(LoadClass loadClass, double waitMs)
    {
        lock (gate)
        {
            Account(loadClass).Succeeded(waitMs, stopping ? null : Stopwatch.GetTimestamp());
        }
    }

    public void Failed(LoadClass loadClass, double waitMs, RequestFailedException failure, string servedBy)
    {
        lock (gate)
        {
            failed++;
            failures[failure.Kind] = failures.GetValueOrDefault(failure.Kind) + 1;
            Account(loadClass).Failed(waitMs, failure.Kind);
            lastFailure = new(Math.Round(Seconds, 3), loadClass, failure.Kind, servedBy, failure.Message);
            if (samples.Count < FailureSamples)
            {
                samples.Add(lastFailure);
            }
        }
    }

    public void RetriedByProtocol()
    {
        lock (gate)
        {
            protocolRetries++;
        }
    }

    /// <summary>The server's polite notice has come on a connection that is kept open.</summary>
    public void ToldToMove(bool atFirstAnswer)
    {
        lock (gate)
        {
            if (atFirstAnswer)
            {
                moves.TurnedAway();
            }
            else
            {
                moves.Told(Seconds);
            }
        }
    }

    /// <param name="replaced">The client's connection before this one.</param>
    public TrackedConnection Opened(LoadClass loadClass, TrackedConnection? replaced = null)
    {
        var connection = new TrackedConnection(this, loadClass);
        lock (gate)
        {
            opened++;
            open.Add(connection);
            if (replaced is { WasToldToMove: true })
            {
                moves.Reconnected(Seconds);
            }
        }
        return connection;
    }

    public void Ended(TrackedConnection connection, ConnectionEnd end)
    {
        lock (gate)
        {
            ends[end]++;
            open.Remove(connection);
        }
    }

    public LoadProgress Progress()
    {
        lock (gate)
        {
            return new()
            {
                Seconds = Math.Round(Seconds, 3),
                Requests = requests,
                Failed = failed,
                FailuresByKind = new Dictionary<FailureKind, long>(failures),
                LastFailure = lastFailure,
                ConnectionsOpened = opened,
                ReleasedPolitely = ends[ConnectionEnd.Polite],
                Cut = ends[ConnectionEnd.Cut] + ends[ConnectionEnd.CutWhileIdle],
                Members = open.GroupBy(c => c.ServedBy).ToDictionary(g => g.Key, OpenConnections.Of),
            };
        }
    }

    public LoadReport Report()
    {
        lock (gate)
        {
            var byClass = classes.ToDictionary(c => c.Key, c => c.Value.Report());
            var waits = Quantile.Sorted(classes.Values.SelectMany(c => c.Waits));
            return new()
            {
                StartedAt = startedAt,
                DurationSeconds = Math.Round(Seconds, 3),
                Requests = requests,
                Failed = failed,
                FailuresByKind = new Dictionary<FailureKind, long>(failures),
                ConnectionsOpened = opened,
                ReleasedPolitely = ends[ConnectionEnd.Polite],
                Cut = ends[ConnectionEnd.Cut] + ends[ConnectionEnd.CutWhileIdle],
                ClosedWhileIdle = ends[ConnectionEnd.CutWhileIdle],
                ClosedByClient = ends[ConnectionEnd.ByClient],
                ProtocolRetries = protocolRetries,
                UnansweredAtClose = failures.GetValueOrDefault(FailureKind.WebSocketUnanswered),
                P50Ms = Quantile.Of(waits, 0.50),
                P99Ms = Quantile.Of(waits, 0.99),
                LongestWaitMs = Quantile.Of(waits, 1),
                LongestStallMs = byClass
                    .Where(c => c.Key != LoadClass.Slow)
                    .Select(c => c.Value.LongestStallMs)
                    .DefaultIfEmpty()
                    .Max(),
                Moves = moves.Report(),
                Classes = byClass,
                Failures = [.. samples],
            };
        }
    }

    private ClassAccount Account(LoadClass loadClass) =>
        classes.TryGetValue(loadClass, out var account) ? account : classes[loadClass] = new ClassAccount();
}

using Microsoft.Extensions.Logging;

namespace K8sLb.Kubernetes;

/// <summary>Log and metrics of one election.</summary>
internal sealed partial class ElectionLog(ILogger logger, string lease)
{
    public void Acquired(LeadershipTerm term)
    {
        Count("acquired");
        LogAcquired(lease, term.Identity, term.FencingNumber);
    }

    public void Lost(LeadershipTerm term)
    {
        Count("lost");
        LogLost(lease, term.FencingNumber);
    }

    public void Released(LeadershipTerm term)
    {
        Count("released");
        LogReleased(lease, term.FencingNumber);
    }

    public void RequestFailed(Exception e)
    {
        KubernetesMetrics.LeaderFailures.Add(1, new KeyValuePair<string, object?>("lease", lease));
        LogRequestFailed(e, lease);
    }

    public void WorkFailed(Exception e, LeadershipTerm term) => LogWorkFailed(e, lease, term.FencingNumber);

    private void Count(string change) =>
        KubernetesMetrics.LeaderTransitions.Add(
            1,
            new KeyValuePair<string, object?>("lease", lease),
            new KeyValuePair<string, object?>("change", change)
        );

    [LoggerMessage(
        EventId = 130,
        Level = LogLevel.Information,
        Message = "Leading {Lease} as {Identity}, fencing number {FencingNumber}"
    )]
    private partial void LogAcquired(string lease, string identity, long fencingNumber);

    [LoggerMessage(EventId = 131, Level = LogLevel.Warning, Message = "Lost {Lease}, fencing number {FencingNumber}")]
    private partial void LogLost(string lease, long fencingNumber);

    [LoggerMessage(
        EventId = 132,
        Level = LogLevel.Information,
        Message = "Released {Lease}, fencing number {FencingNumber}"
    )]
    private partial void LogReleased(string lease, long fencingNumber);

    [LoggerMessage(EventId = 133, Level = LogLevel.Warning, Message = "A request for {Lease} failed, trying again")]
    private partial void LogRequestFailed(Exception e, string lease);

    [LoggerMessage(
        EventId = 134,
        Level = LogLevel.Error,
        Message = "The leader's work for {Lease} failed in term {FencingNumber}"
    )]
    private partial void LogWorkFailed(Exception e, string lease, long fencingNumber);
}

using K8sLb.Protocol;
using K8sLb.Sidecar.Draining;
using K8sLb.Sidecar.Listening;
using K8sLb.Sidecar.Snapshots;

namespace K8sLb.Sidecar.Admin;

/// <summary>May the member get traffic? Asked afresh each time: nothing here is expensive.</summary>
public sealed class Readiness(
    SnapshotInForce snapshots,
    PoolListeners listeners,
    MemberDrain drain,
    ApplicationProbe application
)
{
    /// <summary>Each reason why not; empty where it may.</summary>
    public async Task<IReadOnlyList<string>> ObjectionsAsync(CancellationToken cancellation)
    {
        var objections = new List<string>();
        if (snapshots.Current is null)
        {
            objections.Add("no snapshot of the pool yet");
        }
        else if (listeners.Problem is { Length: > 0 } problem)
        {
            objections.Add(problem);
        }
        // A drain for lost readiness ends when the pod is ready again: were it an objection, that would never be.
        if (drain.Current is { Reason: not DrainReason.ReadinessLost } draining)
        {
            objections.Add($"draining ({draining.Reason})");
        }
        objections.AddRange(await application.DeafPortsAsync(cancellation));
        return objections;
    }
}

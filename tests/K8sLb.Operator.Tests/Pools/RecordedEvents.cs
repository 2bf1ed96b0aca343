using System.Collections.Concurrent;
using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Operator.Tests.Pools;

internal sealed class RecordedEvents : IEventRecorder
{
    private readonly ConcurrentQueue<string> all = new();

    /// <summary>As <c>Kind/name: Reason: note</c>.</summary>
    public IReadOnlyList<string> All => [.. all];

    public void Publish(
        V1ObjectReference regarding,
        EventType type,
        string reason,
        string action,
        string note,
        V1ObjectReference? related = null
    ) => all.Enqueue($"{regarding.Kind}/{regarding.Name}: {reason}: {note}");
}

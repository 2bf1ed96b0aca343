using K8sLb.Kubernetes;
using K8sLb.Kubernetes.Models;

namespace K8sLb.Operator.Pools;

/// <summary>What a leader has to tell, for as long as it leads: what a deposed one makes of a pool is nobody's business.</summary>
internal sealed class TermEvents(IEventRecorder recorder, Func<bool> isHeld) : IEventRecorder
{
    public void Publish(
        V1ObjectReference regarding,
        EventType type,
        string reason,
        string action,
        string note,
        V1ObjectReference? related = null
    )
    {
        if (isHeld())
        {
            recorder.Publish(regarding, type, reason, action, note, related);
        }
    }
}

using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

/// <summary>Tells people what happened to an object. Never blocks and never throws: what cannot be sent is counted and dropped.</summary>
public interface IEventRecorder
{
    /// <param name="regarding">The object that it is about.</param>
    /// <param name="type">How much it matters.</param>
    /// <param name="reason">Why, in CamelCase, such as <c>DrainStarted</c>.</param>
    /// <param name="action">What was done, in CamelCase, such as <c>Drain</c>.</param>
    /// <param name="note">One line for people; cut at 1,024 bytes. Repeats of the same note are counted, not sent again.</param>
    /// <param name="related">A second object, such as the pod of a pool.</param>
    void Publish(
        V1ObjectReference regarding,
        EventType type,
        string reason,
        string action,
        string note,
        V1ObjectReference? related = null
    );
}

public enum EventType
{
    Normal,
    Warning,
}

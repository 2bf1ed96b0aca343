using K8sLb.Kubernetes.Models;

namespace K8sLb.Kubernetes;

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>No change: everything up to the resource version was sent.</summary>
    Bookmark,
}

/// <param name="Entity">The state after the change, for a deletion the last one; null in a bookmark and where it is unreadable.</param>
/// <param name="ResourceVersion">Where another watch can go on from.</param>
public readonly record struct WatchEvent<T>(
    WatchEventType Type,
    T? Entity,
    string ResourceVersion,
    UnreadableObject? Unreadable = null
)
    where T : class;

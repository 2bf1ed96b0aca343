namespace K8sLb.Kubernetes;

public enum WatchEventType
{
    Added,
    Modified,
    Deleted,

    /// <summary>No change: the entity holds only a resource version up to which everything was sent.</summary>
    Bookmark,
}

public readonly record struct WatchEvent<T>(WatchEventType Type, T Entity);

namespace K8sLb.Kubernetes;

public enum StoreChangeKind
{
    Added,
    Updated,
    Deleted,
}

/// <summary>
/// One difference between two states of a store. Changes that happened between two lists are seen as one, and an object that was
/// deleted and made anew under its old name is a deletion and an addition.
/// </summary>
/// <param name="Old">Null for an addition.</param>
/// <param name="New">Null for a deletion.</param>
public readonly record struct StoreChange<T>(T? Old, T? New)
    where T : class
{
    public StoreChangeKind Kind =>
        Old is null ? StoreChangeKind.Added
        : New is null ? StoreChangeKind.Deleted
        : StoreChangeKind.Updated;

    /// <summary>The newest state that is known: the last one seen, for a deletion.</summary>
    public T Latest => New ?? Old!;
}

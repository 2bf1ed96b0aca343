namespace K8sLb.Sidecar.Routing;

/// <summary>What a place is chosen for.</summary>
public enum WorkKind
{
    /// <summary>The next one on the same connection may go elsewhere.</summary>
    Request,

    /// <summary>All that comes over it stays where it was placed.</summary>
    Connection,
}

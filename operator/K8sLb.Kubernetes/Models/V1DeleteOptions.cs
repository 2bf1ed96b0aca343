namespace K8sLb.Kubernetes.Models;

public sealed record V1DeleteOptions
{
    public string ApiVersion { get; set; } = "v1";
    public string Kind { get; set; } = "DeleteOptions";

    /// <summary>Zero deletes at once.</summary>
    public long? GracePeriodSeconds { get; set; }

    /// <summary>Orphan, Background or Foreground.</summary>
    public string? PropagationPolicy { get; set; }
    public V1Preconditions? Preconditions { get; set; }
}

/// <summary>The request is refused with 409 where the object at hand differs.</summary>
public sealed record V1Preconditions
{
    public string? Uid { get; set; }
    public string? ResourceVersion { get; set; }
}

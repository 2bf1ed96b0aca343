namespace K8sLb.Kubernetes.Models;

/// <summary>metav1.Status, the body of every refused request.</summary>
public sealed record V1Status
{
    public string? Status { get; set; }
    public string? Message { get; set; }

    /// <summary>Such as NotFound, Conflict, AlreadyExists, Expired, Gone, Invalid, Forbidden.</summary>
    public string? Reason { get; set; }

    /// <summary>HTTP status code.</summary>
    public int? Code { get; set; }
    public V1StatusDetails? Details { get; set; }
}

public sealed record V1StatusDetails
{
    public string? Name { get; set; }
    public string? Group { get; set; }
    public string? Kind { get; set; }
    public int? RetryAfterSeconds { get; set; }
    public IList<V1StatusCause>? Causes { get; set; }
}

public sealed record V1StatusCause
{
    public string? Reason { get; set; }
    public string? Message { get; set; }

    /// <summary>The path of the field at fault.</summary>
    public string? Field { get; set; }
}

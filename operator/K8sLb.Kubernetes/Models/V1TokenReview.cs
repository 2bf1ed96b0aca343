namespace K8sLb.Kubernetes.Models;

/// <summary>Asks the API server whose token this is. Created, never stored.</summary>
[KubernetesEntity(
    Group = "authentication.k8s.io",
    ApiVersion = "v1",
    Kind = "TokenReview",
    PluralName = "tokenreviews"
)]
public sealed record V1TokenReview : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "authentication.k8s.io/v1";
    public string Kind { get; set; } = "TokenReview";
    public V1ObjectMeta Metadata { get; set; } = new();
    public V1TokenReviewSpec? Spec { get; set; }
    public V1TokenReviewStatus? Status { get; set; }
}

public sealed record V1TokenReviewSpec
{
    public string? Token { get; set; }
    public IList<string>? Audiences { get; set; }
}

public sealed record V1TokenReviewStatus
{
    public bool Authenticated { get; set; }
    public IList<string>? Audiences { get; set; }
    public V1UserInfo? User { get; set; }
    public string? Error { get; set; }
}

public sealed record V1UserInfo
{
    /// <summary><c>system:serviceaccount:NAMESPACE:NAME</c> for a service account.</summary>
    public string? Username { get; set; }
    public string? Uid { get; set; }
    public IList<string>? Groups { get; set; }

    /// <summary>Holds <c>authentication.kubernetes.io/pod-name</c> and <c>pod-uid</c> for a token bound to a pod.</summary>
    public IDictionary<string, IList<string>>? Extra { get; set; }
}

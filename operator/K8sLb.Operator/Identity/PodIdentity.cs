using K8sLb.Protocol;

namespace K8sLb.Operator.Identity;

/// <summary>The pod that a token is bound to, as the API server says.</summary>
internal sealed record PodIdentity(string Namespace, string Name, string Uid)
{
    /// <summary>A sidecar speaks for itself alone.</summary>
    public bool Is(Hello hello) => hello.PodNamespace == Namespace && hello.PodName == Name && hello.PodUid == Uid;

    public override string ToString() => $"{Namespace}/{Name} ({Uid})";
}

using K8sLb.Kubernetes.Models;

namespace K8sLb.Operator.Webhooks;

/// <summary>What the API server can do, as far as injection goes by it.</summary>
internal sealed class ServerFeatures
{
    private volatile ServerVersion? version;

    /// <summary>Null until it was asked.</summary>
    public ServerVersion? Version
    {
        get => version;
        set => version = value;
    }

    /// <summary>Init containers that run on: on by default from 1.29.</summary>
    public bool NativeSidecars => version?.IsAtLeast(1, 29) ?? false;

    /// <summary>Kubelets send the headers of a hook from 1.26 on, and may be three versions behind the server.</summary>
    public bool HookHeaders => version?.IsAtLeast(1, 29) ?? false;
}

using K8sLb.Operator.Api;
using K8sLb.Operator.Mapping;
using K8sLb.Operator.Validation;

namespace K8sLb.Operator.Directory;

/// <summary>A pool in the directory.</summary>
internal sealed class PoolEntry
{
    private static readonly IReadOnlyList<FieldError> None = [];

    public PoolEntry(BackendPool resource)
    {
        Resource = resource;
        Read(resource);
    }

    public BackendPool Resource { get; private set; }

    /// <inheritdoc cref="PoolView.InForce"/>
    public AcceptedSpec? InForce { get; private set; }
    public IReadOnlyList<FieldError> Errors { get; private set; } = None;

    /// <summary>Names of the pods that belong to it.</summary>
    public HashSet<string> Pods { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of the pods that it selects and an older pool has.</summary>
    public HashSet<string> Contested { get; } = new(StringComparer.Ordinal);

    /// <returns>Whether another spec came into force.</returns>
    public bool Update(BackendPool resource)
    {
        // Status writes come back as changes; the generation tells them from changes of the spec.
        var sameSpec = resource.Metadata.Generation == Resource.Metadata.Generation;
        Resource = resource;
        return !sameSpec && Read(resource);
    }

    private bool Read(BackendPool resource)
    {
        Errors = BackendPoolValidator.Validate(resource.Spec);
        if (Errors.Count > 0)
        {
            return false;
        }
        InForce = AcceptedSpec.From(resource.Spec!);
        return true;
    }
}

using K8sLb.Kubernetes;

namespace K8sLb.Operator.Api;

public static class ApiTypes
{
    /// <summary>What a client of this operator knows.</summary>
    public static EntityTypes All { get; } = EntityTypes.BuiltIn.With(EntityType.From<BackendPool>(ApiJson.Default));
}

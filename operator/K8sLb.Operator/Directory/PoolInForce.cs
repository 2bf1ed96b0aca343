using K8sLb.Operator.Api;
using K8sLb.Operator.Mapping;

namespace K8sLb.Operator.Directory;

/// <summary>A pool with the last spec of it that was valid.</summary>
public sealed record PoolInForce(BackendPool Resource, AcceptedSpec Spec);

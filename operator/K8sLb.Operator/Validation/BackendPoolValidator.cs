using K8sLb.Operator.Api;

namespace K8sLb.Operator.Validation;

/// <summary>
/// The rules of the CRD's schema and of its CEL expressions again, because servers before 1.25 know no CEL and because a
/// stored object may be older than the schema. Also the syntax of label keys and values, which the schema cannot bound.
/// </summary>
public static class BackendPoolValidator
{
    /// <returns>Empty where the spec can be put into force.</returns>
    public static IReadOnlyList<FieldError> Validate(BackendPoolSpec? spec)
    {
        var errors = new FieldErrors();
        if (spec is null)
        {
            errors.Missing("spec", "must be given");
            return errors.All;
        }
        SelectorRules.Check(spec.Selector, "spec.selector", errors);
        PortRules.Check(spec.Ports, "spec.ports", errors);
        DrainRules.Check(spec.Drain, "spec.drain", errors);
        ConnectionRules.Check(spec.Connections, spec.Ports, "spec.connections", errors);
        LoadBalancingRules.Check(
            spec.LoadBalancing,
            spec.Ports,
            spec.AgentCheck is not null,
            "spec.loadBalancing",
            errors
        );
        ScaleInRules.Check(spec.ScaleIn, "spec.scaleIn", errors);
        HealthCheckRules.Check(spec.HealthCheck, spec.Ports, "spec.healthCheck", errors);
        OutlierRules.Check(spec.OutlierDetection, spec.Ports, "spec.outlierDetection", errors);
        AgentCheckRules.Check(spec.AgentCheck, "spec.agentCheck", errors);
        RetryRules.Check(spec.Retry, spec.Ports, "spec.retry", errors);
        SessionRules.Check(
            spec.SessionPersistence,
            spec.Ports,
            spec.LoadBalancing?.Rebalance is not null,
            "spec.sessionPersistence",
            errors
        );
        CircuitBreakerRules.Check(spec.CircuitBreaker, spec.Ports, "spec.circuitBreaker", errors);
        return errors.All;
    }
}

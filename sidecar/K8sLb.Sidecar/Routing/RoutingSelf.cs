namespace K8sLb.Sidecar.Routing;

/// <summary>This member, as its own plan sees it.</summary>
/// <param name="Uid">Of this member.</param>
/// <param name="Weight">Before warm-up, where that differs from the pool's: the one that it had when a drain began.</param>
/// <param name="Factor">What a drain leaves of its weight, from 1 to 0.</param>
/// <param name="ArrivalsPerSecond">As measured here; null until that is known.</param>
public readonly record struct RoutingSelf(
    string Uid,
    int? Weight = null,
    double Factor = 1,
    double? ArrivalsPerSecond = null
);

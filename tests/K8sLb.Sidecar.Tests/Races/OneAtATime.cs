namespace K8sLb.Sidecar.Tests.Races;

/// <summary>Thousands of connections want the machine for themselves.</summary>
[CollectionDefinition(nameof(OneAtATime), DisableParallelization = true)]
public sealed class OneAtATime;

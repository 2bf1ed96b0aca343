namespace K8sLb.Demo;

/// <summary>Something that happens to an application in a cluster every week.</summary>
/// <param name="Name">On the command line.</param>
/// <param name="Title">What a person would type or see.</param>
/// <param name="Happen">Under load. It returns when it is over: pods that have to go are gone, those that come are ready.</param>
/// <param name="K8sLbAlone">It concerns what is not there without K8sLb.</param>
internal sealed record Scenario(
    string Name,
    string Title,
    Func<Stage, CancellationToken, Task> Happen,
    bool K8sLbAlone = false
)
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("restart", "kubectl rollout restart", Rollouts.RestartAsync),
        new("scale-in", "kubectl scale, 4 to 6 and back", Rollouts.ScaleInAsync),
        new("drain", "kubectl drain, with a PodDisruptionBudget", Nodes.DrainAsync),
        new("cordon", "kubectl cordon, then a restart", Nodes.CordonAsync),
        new("probe", "a pod fails its probe, then its work, and recovers", Illness.PassAsync),
        new("operator", "kill -9 of the leading operator in a restart", OperatorLoss.KillLeaderAsync, K8sLbAlone: true),
        new("job", "a Job whose pod has a sidecar", Jobs.FinishAsync, K8sLbAlone: true),
        new("upgrade", "helm upgrade, then a restart", Upgrade.FollowAsync, K8sLbAlone: true),
        // Last, since nothing is injected afterwards.
        new("uninstall", "helm uninstall: pods go on as they are", Uninstall.LeavePodsAsync, K8sLbAlone: true),
    ];
}

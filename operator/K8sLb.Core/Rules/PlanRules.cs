using K8sLb.Core.Planning;

namespace K8sLb.Core.Rules;

/// <summary>
/// The decisions in their order. The first group finds what each member is: whoever decides first wins, from what cannot
/// be helped to what is chosen. The second group refines.
/// </summary>
internal static class PlanRules
{
    public static readonly IReadOnlyList<Func<PoolDraft, PoolDraft>> All =
    [
        EndedPods.Apply, // nothing runs there any more
        DeletedPods.Apply, // Kubernetes has decided
        SidecarDrains.Apply, // the sidecar is ending
        DrainsUnderWay.Apply, // a choice made before still holds
        NotInServiceYet.Apply, // no work before it is ready and attached
        DrainsByChoice.Apply, // new choices, as far as the floor allows
        Serving.Apply, // nothing speaks against it
        SilentMembers.Apply, // in service, but nobody has heard of it
        SlowStart.Apply, // new in service, so its share grows
        Outliers.Apply, // in service, but it fails too often
        Circuits.Apply, // its sidecar keeps work away from it
        DrainProgress.Apply, // how far each drain is
        Availability.Apply, // whom peers may send work to
        Rebalancing.Apply, // who holds more than its share
    ];
}

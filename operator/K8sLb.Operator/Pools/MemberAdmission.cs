using System.Net;
using K8sLb.Kubernetes.Models;
using K8sLb.Operator.Directory;
using K8sLb.Operator.Hub;
using K8sLb.Operator.Identity;
using K8sLb.Protocol;

namespace K8sLb.Operator.Pools;

/// <summary>A stream is served where this replica leads, the pod exists with this UID and address, and a pool selects it.</summary>
/// <param name="leaderAddress">Of another replica that leads; null where that is not known.</param>
internal sealed class MemberAdmission(
    Leading leading,
    Func<string?> leaderAddress,
    AttachPace pace,
    PoolDirectory directory
) : IMemberAdmission
{
    private const string NotLeading = "this replica does not lead";
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(2);

    public TurnedAway? TurnAway(IPAddress? source) =>
        leading.Term is not { IsHeld: true }
            ? new(
                RefusalReasons.NotServed,
                new()
                {
                    Reason = NotLeading,
                    RetryAfterMs = (int)Soon.TotalMilliseconds,
                    Leader = leaderAddress(),
                }
            )
        : pace.Wait(source) is { } wait
            ? new(
                RefusalReasons.Paced,
                new() { Reason = "many sidecars attach at once", RetryAfterMs = (int)wait.TotalMilliseconds }
            )
        : null;

    public Admission Admit(Hello hello)
    {
        // By the clock: a process that was stopped for a while may be deposed before its term has heard of it.
        if (leading.Term is not { IsHeld: true } term)
        {
            return Admission.Refuse(NotLeading, Soon);
        }
        var key = new ObjectKey(hello.PodNamespace, hello.PodName);
        var (pod, pool) = directory.FindPod(key);
        if (pod is null)
        {
            return Admission.Refuse($"pod {key} is not known (yet)", Soon);
        }
        if (pod.Uid() != hello.PodUid)
        {
            return Admission.Refuse($"podUid: {hello.PodUid}: pod {key} has the UID {pod.Uid()}", Soon);
        }
        if (pool is null)
        {
            return Admission.Refuse($"no BackendPool selects pod {key}", Later);
        }
        if (PodAddresses.Of(pod) is var addresses && !PodAddresses.Include(addresses, hello.PeerAddress))
        {
            return Admission.Refuse(
                $"peerAddress: \"{hello.PeerAddress}\": pod {key} has {(addresses.Count == 0 ? "no address yet" : string.Join(", ", addresses))}",
                Soon
            );
        }
        return term.Find(pool.Value) is { } run
            ? Admission.To(run.Channel)
            : Admission.Refuse($"pool {pool} is not served yet", Soon);
    }
}

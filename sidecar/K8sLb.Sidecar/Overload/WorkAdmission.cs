using K8sLb.Protocol;
using K8sLb.Sidecar.Connections;
using K8sLb.Sidecar.Observability;
using K8sLb.Sidecar.Routing;

namespace K8sLb.Sidecar.Overload;

/// <summary>
/// Gives work its place where it is to be served here. What overflows goes to a peer first, where a client brought it; then it may
/// wait; then it is refused.
/// </summary>
public sealed class WorkAdmission(WorkRouter router, ApplicationGate gate, SidecarMetrics metrics)
{
    public ApplicationGate Gate => gate;

    /// <summary>New work, on its client's connection or a peer's.</summary>
    /// <param name="route">Where it would go by the plan.</param>
    /// <param name="isBound">To this member: it is a session's.</param>
    public WorkRoute Admit(WorkRoute route, TrackedConnection connection, bool isBound = false)
    {
        if (route.Kind != WorkRouteKind.Local)
        {
            return route;
        }
        var isKept = connection.FromPeer || connection.TryKeep(gate.Policy?.MaxConnections ?? 0);
        if (isKept && gate.TryEnter(out var place))
        {
            return WorkRoute.Here(place);
        }
        if (connection.FromPeer)
        {
            return Full();
        }
        isBound |= router.Sessions is { Policy.Kind: SessionKind.SourceAddress };
        if (!isBound && router.AnyPeer() is { } peer)
        {
            metrics.Overflows.Add(1, SidecarMetrics.Outcome("peer"));
            return WorkRoute.To(peer);
        }
        return isKept ? WorkRoute.Wait : Full();
    }

    /// <summary>Work that another place did not take.</summary>
    /// <param name="peer">Where it is to go; null for here.</param>
    /// <param name="hereToo">It has not been found that it cannot be served here.</param>
    public WorkRoute ToPeerOrHere(Peer? peer, bool hereToo = true) =>
        peer is not null ? WorkRoute.To(peer)
        : hereToo ? Here()
        : WorkRoute.Full;

    private WorkRoute Here() => gate.TryEnter(out var place) ? WorkRoute.Here(place) : Full();

    /// <inheritdoc cref="ApplicationGate.TryWait"/>
    public LinkedListNode<IPendingWork>? TryWait(IPendingWork work)
    {
        var entry = gate.TryWait(work);
        metrics.Overflows.Add(1, SidecarMetrics.Outcome(entry is null ? "refused" : "pending"));
        return entry;
    }

    /// <summary>For a place here.</summary>
    /// <param name="gone">Whoever asked for it has left.</param>
    public async ValueTask<WorkRoute> WaitAsync(TimeProvider clock, CancellationToken gone)
    {
        var wait = new AwaitedPlace();
        if (gate.Policy is not { } policy || TryWait(wait) is not { } entry)
        {
            return WorkRoute.Full;
        }
        using var late = new CancellationTokenSource(TimeSpan.FromMilliseconds(policy.PendingTimeoutMs), clock);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(late.Token, gone);
        await using var withdrawal = over.Token.Register(() =>
        {
            if (gate.TryWithdraw(entry))
            {
                wait.Refused();
            }
        });
        return await wait.Place is { } place ? WorkRoute.Here(place) : Full();
    }

    private WorkRoute Full()
    {
        metrics.Overflows.Add(1, SidecarMetrics.Outcome("refused"));
        return WorkRoute.Full;
    }

    private sealed class AwaitedPlace : IPendingWork
    {
        private readonly TaskCompletionSource<Place?> told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Null where there is none.</summary>
        public Task<Place?> Place => told.Task;

        public void Granted(Place place) => told.TrySetResult(place);

        public void Refused() => told.TrySetResult(null);
    }
}

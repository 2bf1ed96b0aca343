namespace K8sLb.Core.Tests.Schedules;

/// <summary>
/// The world around the planner in virtual time: pods as the API shows them, sidecars as they are, and what the operator
/// has heard of them. <see cref="Take"/> returns a turn where the planner was called.
/// </summary>
internal sealed class SimulatedPool(PoolSpec spec)
{
    private readonly SortedDictionary<int, (PodFacts Facts, SimulatedSidecar Sidecar)> pods = [];
    private readonly Dictionary<string, MemberFacts> heard = new(StringComparer.Ordinal);
    private IReadOnlyList<MemberRecord> records = [];
    private DateTimeOffset? listeningSince;
    private bool paused;
    private int created;

    public DateTimeOffset Now { get; private set; } = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public PoolPlan? LastPlan { get; private set; }

    public PoolSnapshot Snapshot =>
        new()
        {
            Spec = spec with { Paused = paused },
            Pods = [.. pods.Values.Select(p => p.Facts)],
            Members = [.. heard.Values],
            Records = records,
            ListeningSince = listeningSince,
        };

    /// <summary>Plans the snapshot given, which may hold fewer facts than there are, and makes its decisions count.</summary>
    public Turn Plan(PoolSnapshot? snapshot = null)
    {
        var input = snapshot ?? Snapshot;
        LastPlan = PoolPlanner.Plan(input, Now);
        records = [.. LastPlan.Members.Select(m => m.Record)];
        return new Turn(input, Now, LastPlan);
    }

    public void Wait(TimeSpan time) => Now += time;

    public Turn? Take(Step step)
    {
        switch (step)
        {
            case Step.Plan:
                var turn = Plan();
                // Real calls never share an instant; ConvergenceProperties looks at what happens if they do.
                Wait(TimeSpan.FromMilliseconds(1));
                return turn;
            case Step.Wait wait:
                Wait(TimeSpan.FromMilliseconds(wait.Milliseconds));
                break;
            case Step.WaitForWake:
                Now = LastPlan?.WakeAt is { } wake && wake > Now ? wake : Now;
                break;
            case Step.Pause pause:
                paused = pause.Paused;
                break;
            case Step.RestartOperator restart:
                heard.Clear();
                listeningSince = Now;
                records = restart.RecordsKept ? records : [];
                break;
            case Step.CreatePod create when !pods.ContainsKey(create.Pod):
                Create(create.Pod);
                break;
            default:
                TakePodStep(step);
                break;
        }
        return null;
    }

    private void TakePodStep(Step step)
    {
        switch (step)
        {
            case Step.SetReady(var pod, var ready):
                Change(pod, p => p with { Ready = ready && !p.Terminated });
                break;
            case Step.DeletePod(var pod, var grace):
                Change(pod, p => p.DeletionRequestedAt is not null ? p : Deleted(p, grace));
                break;
            case Step.EndPod(var pod):
                Change(pod, p => p with { Terminated = true, Ready = false });
                break;
            case Step.RemovePod(var pod):
                pods.Remove(pod);
                break;
            case Step.RequestDrain(var pod, var requested):
                Change(pod, p => p with { DrainRequested = requested });
                break;
            case Step.SetWeight(var pod, var weight):
                Change(pod, p => p with { Weight = weight });
                break;
            default:
                TakeSidecarStep(step);
                break;
        }
    }

    private void TakeSidecarStep(Step step)
    {
        switch (step)
        {
            case Step.Report(var pod) when Running(pod) is { } at:
                heard[at.Facts.Uid] = at.Sidecar.Report(Now);
                break;
            case Step.CloseStream(var pod) when Running(pod) is { } at && heard.TryGetValue(at.Facts.Uid, out var last):
                heard[at.Facts.Uid] = last with { Attached = false };
                break;
            case Step.Obey(var pod) when Running(pod) is { } at:
                if (records.FirstOrDefault(r => r.Uid == at.Facts.Uid) is { } directive)
                {
                    at.Sidecar.Obey(directive);
                }
                break;
            case Step.Connect(var pod, var count):
                Running(pod)?.Sidecar.Connect(count);
                break;
            case Step.Release(var pod, var count):
                Running(pod)?.Sidecar.Release(count, Now);
                break;
            case Step.EndSidecar(var pod, var reason):
                Running(pod)?.Sidecar.DrainOnItsOwn(reason, Now);
                break;
            case Step.RestartSidecar(var pod):
                Running(pod)?.Sidecar.Restart();
                break;
        }
    }

    private PodFacts Deleted(PodFacts pod, int grace) =>
        pod with
        {
            DeletionRequestedAt = Now,
            KilledAt = Now + TimeSpan.FromSeconds(grace),
        };

    private void Create(int pod)
    {
        var uid = $"uid-{++created}";
        var facts = new PodFacts
        {
            Uid = uid,
            Name = $"pod-{pod}",
            CreatedAt = Now,
            Ready = false,
        };
        pods[pod] = (facts, new SimulatedSidecar(uid, spec));
    }

    private void Change(int pod, Func<PodFacts, PodFacts> change)
    {
        if (pods.TryGetValue(pod, out var at))
        {
            pods[pod] = at with { Facts = change(at.Facts) };
        }
    }

    private (PodFacts Facts, SimulatedSidecar Sidecar)? Running(int pod) =>
        pods.TryGetValue(pod, out var at) && !at.Facts.Terminated ? at : null;
}

/// <summary>One call of the planner.</summary>
internal sealed record Turn(PoolSnapshot Snapshot, DateTimeOffset Now, PoolPlan Plan);

namespace K8sLb.Demo;

/// <summary>
/// What an old pod had left over time. With K8sLb its sidecar counts, from the start of its drain; without it the client does, from
/// the moment that the pod was told to end.
/// </summary>
internal static class DecayCurves
{
    public static IReadOnlyList<(double X, double Y)> Of(RolloutResult run, string pod) =>
        run.Run == RunKind.K8sLb ? OfDrain(run, pod) : OfDeletion(run, pod);

    /// <summary>A drain that the sidecar began gets the operator's begin later, so time may step back: those looks are left out.</summary>
    private static List<(double X, double Y)> OfDrain(RolloutResult run, string pod)
    {
        var curve = new List<(double X, double Y)>();
        var drains = run.Frames.Select(f => f.Members.FirstOrDefault(m => m.Pod == pod)?.Drain).OfType<DrainRow>();
        foreach (var drain in drains)
        {
            if (curve.Count == 0)
            {
                curve.Add((0, drain.Initial));
            }
            if (drain.SinceSeconds >= curve[^1].X)
            {
                curve.Add((drain.SinceSeconds, drain.Remaining));
            }
        }
        return curve;
    }

    private static IReadOnlyList<(double X, double Y)> OfDeletion(RolloutResult run, string pod)
    {
        var told = run.Frames.FirstOrDefault(f =>
            f.Seconds >= run.RestartAt && f.Members.All(m => m.Pod != pod || m.Phase == "Terminating")
        );
        if (told is null)
        {
            return [];
        }
        // One look before, so that the curve begins with what there was.
        var before = run.Frames.LastOrDefault(f => f.Seconds < told.Seconds) ?? told;
        return
        [
            .. run
                .Frames.Where(f => f.Seconds >= before.Seconds)
                .Select(f => (Math.Max(0, f.Seconds - told.Seconds), (double)Open(f, pod))),
        ];
    }

    private static int Open(DemoFrame frame, string pod) =>
        frame.Load.Members.TryGetValue(pod, out var open) ? open.Http1 + open.Http2 + open.WebSocket : 0;
}

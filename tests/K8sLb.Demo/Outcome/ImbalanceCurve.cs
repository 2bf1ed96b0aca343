namespace K8sLb.Demo;

/// <summary>How many connections the pod with the most has, times the mean of all ready pods: 1 is even.</summary>
internal static class ImbalanceCurve
{
    private static readonly string[] Serving = ["Ready", "Warming", "Active"];

    /// <param name="zero">Where the time axis has its 0, in seconds since the load began.</param>
    public static IReadOnlyList<(double X, double Y)> Of(IEnumerable<DemoFrame> frames, double zero) =>
        [
            .. frames
                .Select(f => (X: f.Seconds - zero, Y: Of(f)))
                .Where(p => p.Y is not null)
                .Select(p => (p.X, p.Y!.Value)),
        ];

    /// <summary>Null while nobody has a connection.</summary>
    public static double? Of(DemoFrame frame)
    {
        var held = frame
            .Members.Where(m => Serving.Contains(m.Phase))
            .Select(m => ConnectionBands.Of(frame, m.Pod))
            .ToList();
        return held.Sum() == 0 ? null : held.Max() / held.Average();
    }
}

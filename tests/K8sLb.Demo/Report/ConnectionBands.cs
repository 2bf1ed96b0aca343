using K8sLb.TestKit.Plots;

namespace K8sLb.Demo;

/// <summary>Open connections by the pod that answered last on them, one band each, old pods below.</summary>
internal static class ConnectionBands
{
    /// <summary>Of each colour.</summary>
    public const int Shades = 4;

    /// <param name="zero">Where the time axis has its 0, in seconds since the load began.</param>
    public static void Draw(SvgPlot plot, IEnumerable<DemoFrame> seen, double zero, IReadOnlyList<string> oldPods)
    {
        var frames = seen.Where(f => f.Load.Members.Count > 0).ToList();
        var below = new double[frames.Count];
        foreach (var (pod, style) in Pods(frames, oldPods))
        {
            var band = frames
                .Select((frame, i) => (X: frame.Seconds - zero, Low: below[i], High: below[i] + Of(frame, pod)))
                .ToList();
            plot.Band(band, style, pod);
            below = [.. band.Select(p => p.High)];
        }
    }

    /// <summary>The client's connections to a pod.</summary>
    public static int Of(DemoFrame frame, string pod) =>
        frame.Load.Members.TryGetValue(pod, out var open) ? open.Http1 + open.Http2 + open.WebSocket : 0;

    private static IEnumerable<(string Pod, string Style)> Pods(
        IReadOnlyList<DemoFrame> frames,
        IReadOnlyList<string> oldPods
    )
    {
        var seen = frames.SelectMany(f => f.Load.Members.Keys).Where(p => p.Length > 0).Distinct().ToList();
        var old = oldPods.Where(seen.Contains).Select((pod, i) => (pod, $"band old-{i % Shades}"));
        var added = seen.Except(oldPods).Select((pod, i) => (pod, $"band new-{i % Shades}"));
        return [.. old, .. added];
    }
}

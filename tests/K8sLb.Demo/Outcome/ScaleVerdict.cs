using System.Globalization;

namespace K8sLb.Demo;

/// <summary>
/// Whether the second act showed what it is for: streams that are held evenly soon after the pool has grown, and stay so, no failed
/// call, and no more connections told to move than must; while without K8sLb they stay where they were.
/// </summary>
internal static class ScaleVerdict
{
    public const double MostImbalance = 1.15;

    /// <summary>Times what evens it out.</summary>
    public const double MostMoves = 1.1;

    /// <summary>What stays uneven, so that the load proves something.</summary>
    private const double Uneven = 1.5;

    /// <summary>Since all pods are ready.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    /// <summary>For that much longer.</summary>
    public static readonly TimeSpan Lasting = TimeSpan.FromSeconds(15);

    /// <summary>With half of the pods new, half of the connections have to move.</summary>
    public static int FewestMoves => ScaleRun.Streams * (ScaleRun.To - ScaleRun.From) / ScaleRun.To;

    /// <summary>The worst from a minute after all pods were ready on.</summary>
    public static double Imbalance(ScaleResult run) =>
        ImbalanceCurve
            .Of(run.Frames, run.ReadyAt)
            .Where(p => p.X >= Within.TotalSeconds)
            .Select(p => p.Y)
            .DefaultIfEmpty(double.PositiveInfinity)
            .Max();

    public static Verdict Of(ScaleResult baseline, ScaleResult k8slb)
    {
        var (without, with) = (Imbalance(baseline), Imbalance(k8slb));
        var account = string.Create(
            CultureInfo.InvariantCulture,
            $"a minute after the pool had grown the fullest pod had {with:0.00} times the mean with K8sLb, {without:0.00} times without it; {k8slb.Load.Failed:N0} of {k8slb.Load.Requests:N0} calls failed, {k8slb.Load.ReleasedPolitely:N0} connections were told to move"
        );
        return k8slb.Load.Failed > 0 || with > MostImbalance || k8slb.Load.ReleasedPolitely > FewestMoves * MostMoves
                ? new(false, $"Not passed: {account}.")
            : without < Uneven ? new(false, $"Proves nothing, since it was even either way: {account}.")
            : new(true, $"Passed: {account}.");
    }
}

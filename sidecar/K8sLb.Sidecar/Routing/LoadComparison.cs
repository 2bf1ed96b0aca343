using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>
/// The power of two choices: of the place whose turn it is and one other, drawn at random, the one that has less to do. Random
/// draws keep members that hear the same old figures from all running to the same place (Mitzenmacher, 2001).
/// </summary>
public static class LoadComparison
{
    /// <summary>Work moves for a clear difference alone: the way to another member costs something, and figures are some seconds old.</summary>
    private const double Clearly = 1.25;

    /// <summary>With less than that under way there is no queue to avoid.</summary>
    private const int Few = 2;

    /// <param name="turn">The choice whose turn it is.</param>
    /// <param name="draw">From 0 to below 1, at random.</param>
    public static int Pick(ReadOnlySpan<Choice> choices, int turn, double draw, BalancingKind kind)
    {
        if (choices.Length < 2 || choices[turn].InFlight < Few)
        {
            return turn;
        }
        var other = (int)(draw * (choices.Length - 1));
        other += other >= turn ? 1 : 0;
        return
            choices[other].Peer is not { IsAvoided: true }
            && Score(choices[turn], kind) > Score(choices[other], kind) * Clearly
            ? other
            : turn;
    }

    /// <summary>What a further piece of work would wait for, for each unit of weight.</summary>
    private static double Score(in Choice choice, BalancingKind kind) =>
        (choice.InFlight + 1) * (kind == BalancingKind.PeakEwma ? choice.LatencySeconds : 1) / choice.Weight;
}

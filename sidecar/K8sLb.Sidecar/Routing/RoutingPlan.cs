using K8sLb.Protocol;

namespace K8sLb.Sidecar.Routing;

/// <summary>
/// <see cref="RoutingShares"/> made ready for picking: immutable, replaced by reference, read once for each piece of work.
/// </summary>
public sealed class RoutingPlan
{
    public static readonly RoutingPlan LocalOnly = new([], BalancingKind.WeightedRoundRobin);

    private readonly Choice[] choices;
    private readonly double[] upTo;

    /// <param name="choices">Whose shares sum to 1; none where all work is served here.</param>
    public RoutingPlan(Choice[] choices, BalancingKind kind)
    {
        (this.choices, Kind) = (choices, kind);
        upTo = new double[choices.Length];
        var sum = 0.0;
        for (var i = 0; i < choices.Length; i++)
        {
            sum += choices[i].Share;
            upTo[i] = sum;
        }
    }

    public BalancingKind Kind { get; }

    /// <summary>This member's weight now, warm-up and drain applied.</summary>
    public double EffectiveWeight { get; init; }

    /// <summary>That the shares are made for; null where they take even arrivals for granted.</summary>
    public double? ArrivalsPerSecond { get; init; }

    /// <summary>The drain has come so far that new work is refused: <see cref="LateArrivals.Reject"/>.</summary>
    public bool RejectsNewWork { get; init; }

    public ReadOnlySpan<Choice> Choices => choices;

    /// <summary>Part of new work that stays here, from 0 to 1, before loads are compared.</summary>
    public double Local
    {
        get
        {
            var local = choices.Length == 0 ? 1 : 0.0;
            foreach (var choice in choices)
            {
                local += choice.Peer is null ? choice.Share : 0;
            }
            return local;
        }
    }

    /// <summary>The choice whose part of the range from 0 to 1 holds <paramref name="point"/>; one without a share has none.</summary>
    internal int At(double point)
    {
        var found = Array.BinarySearch(upTo, point);
        var at = found >= 0 ? found + 1 : ~found;
        // Sums fall short of 1 by rounding; what lies behind the last share is the last one's that has any.
        at = Math.Min(at, upTo.Length - 1);
        while (at > 0 && choices[at].Share <= 0)
        {
            at--;
        }
        return at;
    }
}

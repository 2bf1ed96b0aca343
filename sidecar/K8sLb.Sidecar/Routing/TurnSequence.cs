namespace K8sLb.Sidecar.Routing;

/// <summary>
/// Points from 0 to below 1 to pick by: the additive recurrence of the golden ratio (Weyl's sequence), whose points leave no
/// large gap anywhere at any time. Of any n in a row, close to n·s fall into an interval of length s: work is spread as smoothly as
/// smooth weighted round robin spreads it, at one atomic addition for a pick and without a state for each destination.
/// </summary>
/// <param name="start">Differs from member to member, so that the members of a pool do not pick in step.</param>
public sealed class TurnSequence(uint start)
{
    /// <summary>2^32 divided by the golden ratio, made odd, so that all 2^32 points come before one comes again.</summary>
    private const uint Step = 0x9E37_79B9;
    private const double Points = 4294967296.0;

    private uint turn = start;

    /// <summary>May be called by many threads.</summary>
    public double Next() => Interlocked.Add(ref turn, Step) / Points;
}

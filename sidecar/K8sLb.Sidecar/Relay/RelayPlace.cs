using K8sLb.Sidecar.Overload;

namespace K8sLb.Sidecar.Relay;

/// <summary>Where a piece of work goes, with its place there.</summary>
/// <param name="Target">Null where it goes nowhere.</param>
/// <param name="Place">At the local application, where that counts; to be left by whoever does not begin the work.</param>
internal readonly record struct RelayPlace(RelayVerdict Verdict, RelayTarget? Target = null, Place Place = default)
{
    public static readonly RelayPlace Refused = new(RelayVerdict.Refused);
    public static readonly RelayPlace Full = new(RelayVerdict.Full);

    public static RelayPlace At(RelayTarget target, Place place = default) => new(RelayVerdict.Go, target, place);
}

internal enum RelayVerdict
{
    Go,

    /// <summary>There is no place now; a request may wait for one here.</summary>
    Wait,

    /// <summary>There is no place.</summary>
    Full,

    /// <summary>The pool refuses late arrivals.</summary>
    Refused,
}

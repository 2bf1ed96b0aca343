using K8sLb.Protocol;

namespace K8sLb.Sidecar.Control;

/// <summary>
/// Where to dial next: the operator's own address, a Service as a rule, with any of its replicas behind it; or, for one try, the address
/// of the leader that one of them named. Whatever comes of that try, the next one begins at the Service again, so that nobody's word leads
/// in a circle or to a place from which there is no return.
/// </summary>
public sealed class DialTarget(Uri service, TimeProvider clock)
{
    /// <summary>
    /// For how long an address that did not answer is not tried again: longer than replicas believe in a leader that is gone, and short
    /// for one that cannot be reached from here for a while.
    /// </summary>
    private static readonly TimeSpan Distrust = TimeSpan.FromSeconds(30);

    private Uri? leader;
    private Uri? silent;
    private DateTimeOffset silentSince;

    public Uri Next => leader ?? service;

    /// <summary>What was dialled did not answer, or not as an operator that is trusted.</summary>
    public void Failed()
    {
        if (leader is not null)
        {
            (silent, silentSince) = (leader, clock.GetUtcNow());
            leader = null;
        }
    }

    /// <summary>An operator answered, and the stream has ended.</summary>
    /// <returns>True where another address is to be dialled at once.</returns>
    public bool Answered(Refusal? refusal)
    {
        var asked = leader is null;
        leader = asked && refusal?.Leader is { } named ? Read(named) : null;
        return leader is not null;
    }

    /// <summary>Never from https to http: what is dialled must prove the same name as the Service's replicas.</summary>
    private Uri? Read(string named) =>
        Uri.TryCreate(named, UriKind.Absolute, out var address)
        && address.Scheme == service.Scheme
        && address is { PathAndQuery: "/", UserInfo: "", Fragment: "" }
        && address != service
        && !(address == silent && clock.GetUtcNow() - silentSince < Distrust)
            ? address
            : null;
}

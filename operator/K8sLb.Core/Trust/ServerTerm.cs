namespace K8sLb.Core;

/// <summary>From when until when a server's certificate is good, and who signed it.</summary>
public sealed record ServerTerm(string AuthorityId, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    /// <summary>Never outside of its authority's own time, whatever the clock says.</summary>
    public static ServerTerm Begin(AuthorityRecord signer, DateTimeOffset now, TrustPeriods periods)
    {
        var from = Later(now - periods.ClockDifference, signer.NotBefore);
        var until = Later(now, signer.NotBefore) + periods.ServerLife;
        return new(signer.Id, from, until < signer.NotAfter ? until : signer.NotAfter);
    }

    /// <summary>Another one is to be made: two thirds are over, another authority signs, or the clock was set back.</summary>
    public bool IsOver(AuthorityRecord signer, DateTimeOffset now) =>
        signer.Id != AuthorityId
        || now - NotBefore >= (NotAfter - NotBefore) * (2 / 3.0)
        || (now < NotBefore && signer.NotBefore < NotBefore);

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

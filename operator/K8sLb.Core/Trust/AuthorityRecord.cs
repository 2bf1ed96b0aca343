namespace K8sLb.Core;

/// <summary>A certificate authority, by what decides about it.</summary>
/// <param name="Id">Of its own; never used again.</param>
/// <param name="SignsFrom">It signs from then on, until the next one does.</param>
public sealed record AuthorityRecord(
    string Id,
    DateTimeOffset NotBefore,
    DateTimeOffset NotAfter,
    DateTimeOffset SignsFrom
);

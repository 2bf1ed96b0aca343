using System.Text.Json.Serialization;
using K8sLb.Core;

namespace K8sLb.Operator.Trust;

/// <summary>An authority with its key, as it is kept.</summary>
/// <param name="Certificate">PEM.</param>
/// <param name="Key">PEM, PKCS #8.</param>
internal sealed record StoredAuthority(AuthorityRecord Record, string Certificate, string Key)
{
    /// <summary>What whoever is to trust the operator is given: certificates alone, as PEM, one behind the other.</summary>
    public static string Bundle(IEnumerable<StoredAuthority> authorities) =>
        string.Join('\n', authorities.Select(a => a.Certificate.Trim())) + "\n";
}

/// <summary>What an entry of the Secret looks like; the times of the certificate are in the certificate.</summary>
internal sealed record AuthorityEntry
{
    public required string Id { get; init; }
    public required DateTimeOffset SignsFrom { get; init; }
    public required string Certificate { get; init; }
    public required string Key { get; init; }
}

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<AuthorityEntry>))]
internal sealed partial class AuthorityJson : JsonSerializerContext;

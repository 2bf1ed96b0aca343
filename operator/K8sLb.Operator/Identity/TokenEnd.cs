using System.Buffers.Text;
using System.Text.Json;

namespace K8sLb.Operator.Identity;

/// <summary>
/// When a token ends: claim <c>exp</c> of a JWT (RFC 7519 section 4.1.4). The signature is not looked at, so this is for tokens that the API
/// server has accepted.
/// </summary>
internal static class TokenEnd
{
    /// <returns>Null where the token does not say.</returns>
    public static DateTimeOffset? Of(string token)
    {
        if (token.Split('.') is not [_, var claims, _] || !Base64Url.IsValid(claims))
        {
            return null;
        }
        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
            return
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("exp", out var exp)
                && exp.ValueKind == JsonValueKind.Number
                && exp.TryGetDouble(out var seconds)
                && seconds is >= 0 and < 253_402_300_800
                ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

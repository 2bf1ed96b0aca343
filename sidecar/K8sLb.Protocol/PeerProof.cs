using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace K8sLb.Protocol;

/// <summary>
/// That a member knows a key: HMAC-SHA256 over all that both have said, and over which of them says it. Both put in a nonce, so that
/// nothing recorded is good a second time; the two directions differ, so that nothing can be sent back.
/// </summary>
public static class PeerProof
{
    private const int NonceBytes = 16;

    public static string NewNonce() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(NonceBytes));

    /// <summary>A whole one: who dials could otherwise leave it to the other side to be new.</summary>
    public static bool IsNonce(string text) => Base64Url.IsValid(text, out var bytes) && bytes == NonceBytes;

    public static string OfDialled(PeerKey key, PeerOpening opening, string nonce) =>
        Compute("dialled", key, opening, nonce);

    /// <param name="nonce">Of who is dialled.</param>
    public static string OfDialler(PeerKey key, PeerOpening opening, string nonce) =>
        Compute("dialler", key, opening, nonce);

    /// <summary>The last line of who dials.</summary>
    public static byte[] Format(string proof) => Encoding.ASCII.GetBytes($"{PeerOpening.Magic} {proof}\n");

    /// <inheritdoc cref="PeerOpening.Parse"/>
    public static string? Parse(ReadOnlySpan<byte> line) =>
        Encoding.ASCII.GetString(line).Split(' ') is [PeerOpening.Magic, var proof] ? proof : null;

    /// <summary>In constant time for equal lengths.</summary>
    public static bool Matches(string shown, string expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(shown), Encoding.ASCII.GetBytes(expected));

    /// <summary>No part holds a newline: each was a word of a line.</summary>
    private static string Compute(string who, PeerKey key, PeerOpening opening, string nonce) =>
        Base64Url.EncodeToString(
            HMACSHA256.HashData(
                key.Secret.Span,
                Encoding.ASCII.GetBytes(
                    $"{PeerOpening.Magic}\n{who}\n{opening.Port}\n{opening.From}\n{opening.To}\n{key.Id}\n{opening.Nonce}\n{nonce}"
                )
            )
        );
}

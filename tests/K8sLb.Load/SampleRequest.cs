using System.Globalization;
using System.Text;

namespace K8sLb.Load;

/// <summary>One request to the sample application, and what its answer must be.</summary>
internal sealed record SampleRequest
{
    public string Path { get; private init; } = "/";

    /// <summary>Sent with POST where it is not empty; the answer must equal it.</summary>
    public ReadOnlyMemory<byte> Echo { get; private init; }

    /// <summary>Bytes that the answer must have, where that is known.</summary>
    public int? ExpectedLength { get; private init; }

    /// <summary>How long the application waits before it answers, as asked.</summary>
    public TimeSpan AskedDelay { get; private init; }

    /// <summary>The answer is the name of the pod.</summary>
    public bool AnswersWithPodName => Echo.IsEmpty && ExpectedLength is null;

    public static SampleRequest Small { get; } = new();

    public static SampleRequest Bytes(int count) =>
        new() { Path = string.Create(CultureInfo.InvariantCulture, $"/bytes?n={count}"), ExpectedLength = count };

    public static SampleRequest Slow(int ms) =>
        new()
        {
            Path = string.Create(CultureInfo.InvariantCulture, $"/slow?ms={ms}"),
            AskedDelay = TimeSpan.FromMilliseconds(ms),
        };

    public static SampleRequest EchoOf(string text) => new() { Path = "/echo", Echo = Encoding.UTF8.GetBytes(text) };

    /// <exception cref="RequestFailedException">The answer is not the one asked for.</exception>
    public void Check(int status, ReadOnlySpan<byte> body)
    {
        if (status >= 500)
        {
            throw new RequestFailedException(FailureKind.ServerError, $"{Path} answered {status}");
        }
        if (status != 200)
        {
            throw new RequestFailedException(FailureKind.UnexpectedStatus, $"{Path} answered {status}");
        }
        if (ExpectedLength is { } length && body.Length != length)
        {
            throw new RequestFailedException(FailureKind.Corrupt, $"{Path} answered {body.Length} bytes");
        }
        if (!Echo.IsEmpty && !body.SequenceEqual(Echo.Span))
        {
            throw new RequestFailedException(FailureKind.Corrupt, $"{Path} answered something else than was sent");
        }
    }
}

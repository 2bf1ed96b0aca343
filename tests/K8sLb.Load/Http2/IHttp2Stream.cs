namespace K8sLb.Load;

/// <summary>A stream in flight. Told by its connection's read loop alone, once it is registered, and once of its end.</summary>
internal interface IHttp2Stream
{
    /// <summary>An interim response, the response's head, or its trailers.</summary>
    void Headers(IReadOnlyList<HpackField> fields);

    void Data(ReadOnlySpan<byte> data);

    /// <summary>The server has ended it whole.</summary>
    void End();

    void Fail(Exception error);
}

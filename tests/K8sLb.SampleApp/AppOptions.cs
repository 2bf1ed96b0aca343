using System.Globalization;
using System.Net;

namespace K8sLb.SampleApp;

/// <summary>
/// Settings by environment: <c>APP_ADDRESS</c> (default any), <c>APP_PORT</c> (HTTP/1.1, default 8080), <c>APP_H2_PORT</c>
/// (HTTP/2 with prior knowledge, default 8081), <c>POD_NAME</c> (default the host's name) and <c>APP_SECONDS</c>, after which it
/// ends by itself (default never). Port 0 takes a free one.
/// </summary>
internal sealed record AppOptions(IPAddress Address, int Port, int Http2Port, string PodName, int? Seconds)
{
    /// <exception cref="FormatException">A variable holds no address or no port; the message names it.</exception>
    public static AppOptions FromEnvironment() =>
        new(
            AddressIn("APP_ADDRESS"),
            PortIn("APP_PORT", 8080),
            PortIn("APP_H2_PORT", 8081),
            Read("POD_NAME") ?? Environment.MachineName,
            SecondsIn("APP_SECONDS")
        );

    private static IPAddress AddressIn(string variable) =>
        Read(variable) is not { } text ? IPAddress.Any
        : IPAddress.TryParse(text, out var address) ? address
        : throw new FormatException($"{variable}={text} is no IP address; 127.0.0.1 would be one");

    private static int PortIn(string variable, int otherwise) =>
        Read(variable) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 ? port
        : throw new FormatException($"{variable}={text} is no port; it takes 0 to 65535");

    private static int? SecondsIn(string variable) =>
        Read(variable) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds
        : throw new FormatException($"{variable}={text} is no number of seconds; 8 would be one");

    private static string? Read(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text : null;
}

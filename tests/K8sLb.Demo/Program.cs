using K8sLb.Demo;

return args is ["endurance", .. var rest]
    ? await Command.RunAsync(
        () => EnduranceOptions.Parse(rest),
        _ => new PlainView(Console.Out),
        EnduranceProgram.RunAsync
    )
    : await Command.RunAsync(
        () => DemoOptions.Parse(args, Environment.GetEnvironmentVariable),
        DemoViews.For,
        DemoProgram.RunAsync
    );

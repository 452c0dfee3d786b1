// Style sheets and pictures are taken in by the build; a type is all they need here.

declare module '*.css' {}
declare module '*.svg' {
  const url: string
  export default url
}

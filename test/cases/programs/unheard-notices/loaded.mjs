import 'millrace'
import './starter.mjs'
